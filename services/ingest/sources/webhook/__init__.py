"""The generic webhook source: mentions come in and replies go out as signed webhooks (Standard Webhooks)."""
