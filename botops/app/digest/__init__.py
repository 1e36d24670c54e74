"""What a day or a week came to, on one page: a few numbers, the worst, what changed, what is due."""

from botops.app.digest.day import daily
from botops.app.digest.model import Digest, DigestLanguage, Entry, Figure, Section
from botops.app.digest.sending import Digesting
from botops.app.digest.week import weekly

__all__ = ["Digest", "DigestLanguage", "Digesting", "Entry", "Figure", "Section", "daily", "weekly"]
