"""Coded video over RTP: H.264 (RFC 6184) and H.265 (RFC 7798), with RTCP sender reports."""
