"""Sources in, approved replies out: writes `mentions.raw`, reads `outbox.approved`, reports back on `desk.commands`."""
