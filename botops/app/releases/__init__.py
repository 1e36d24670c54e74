"""What changes what is served, and the rules and the log of it: releases, proposals, orders, git."""
