"""The root of what the domain refuses."""


class Refused(Exception):
    """An act the domain refuses; its text is a French sentence made for the person who asked."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
