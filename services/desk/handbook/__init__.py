"""The handbook on the desk: its read model, pages and forms, the starter handbook, and what stands beside a reply."""
