"""The parts of the page that looks into the chats of a bot somebody already has."""
