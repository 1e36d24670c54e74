"""What the claim checker is asked for: logs, rulings, exceptions, promises, second opinions."""
