"""What the stream as a whole says: counts in hopping windows per team, topic and sentiment, and a signal above a threshold.

Reads `mentions.classified`, writes `signals`. A faust app; what it decides is in `domain`.
"""
