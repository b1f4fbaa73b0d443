"""Yahoo Finance as a source of prices; one request per ticker.

From the outside in:

- `source`: the source that the workflow reads
- `download`: workers, progress and outcomes
- `circuit_breaker`: stops the requests when most fail
- `client`: one history or profile, with retries
- `policy`: rates, timeouts and attempts
- `session`: one HTTP request
- `rate_limiter`: when a request may be sent
- `clock`: time, which tests replace
- `responses`: what is accepted of a response
- `failures`: transient and permanent errors
- `splice`: newer days on older ones
- `store`: the cache on disk
- `exchanges`: trading calendars by symbol
"""
