"""The agents' client: pages, commands, a live inbox folded from the topics, accounts."""
