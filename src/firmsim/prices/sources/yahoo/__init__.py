"""Yahoo Finance as a source of prices, asked one ticker at a time.

From the outside in: `source` (what the workflow reads), `download` (workers, progress, giving up),
`client` (one question, asked again while the failure may pass), `session` (one HTTP request),
`pace` (when it may be sent), `answers` (what is accepted), `splice` (newer days on older ones),
`store` (what is kept on disk), `symbols`, `failures`.
"""
