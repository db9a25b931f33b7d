"""Classify: how a mention is understood, with reasons.

Reads `mentions.raw`, writes `mentions.classified`; `trends/` watches those and writes `signals`.
"""
