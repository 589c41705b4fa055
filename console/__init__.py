"""Pages for people: each an address, every action a form; a thin door on `services/`."""
