"""Private files, those issued and those brought."""
