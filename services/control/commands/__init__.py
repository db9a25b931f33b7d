"""The subcommands of `webcare`, by what they are about. Each module adds its own to the group."""
