"""Which cameras this process reads, where several camera-services share them."""
