"""Chat exports of a bot somebody already has: read, judged, and kept if wanted."""
