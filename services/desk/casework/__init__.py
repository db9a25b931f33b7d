"""What people do with one case beside answering it: hands, sleep, tags, corrections, merging; who looks, who is named."""
