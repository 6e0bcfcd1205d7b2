"""Writes of deadlines: the nightly engine, what people do, tasks, stand-ins."""
