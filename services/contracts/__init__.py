"""The meaning that all services share: messages, topics, codec. Imports only pydantic and the standard library."""
