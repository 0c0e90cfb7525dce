"""Redis as kombu speaks to it, with one repair: a worker outlives a Redis that went away.

A job that began before Redis died is answered on a channel that is closed by then. kombu 5.7.0
trips over the missing connection with an ``AttributeError``, which nobody expects there, and the
worker ends. Told as what it is, the loss of a connection, it is logged: the message comes back by
the visibility timeout and says no more than "look".
"""

from typing import Any

from kombu.transport import redis


class Channel(redis.Channel):
    def _connparams(self, *arguments: Any, **named: Any) -> Any:
        """Raises ``ConnectionError`` once the channel or its connection is closed."""
        if self.connection is None or self.connection.client is None:
            raise ConnectionError("the connection of this channel is closed")
        return super()._connparams(*arguments, **named)  # type: ignore[misc]


def repair() -> None:
    """For every connection from now on. By class, since a socket's address names no transport."""
    redis.Transport.Channel = Channel
