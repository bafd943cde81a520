"""The embedded profile: the whole product on one machine, started by one command.

`python -m embedded` starts broker, mail catcher, web server and worker, watches over them, and leaves nothing behind.
Nothing imports this package; it starts the product as programs and knows nothing of its inside.
"""
