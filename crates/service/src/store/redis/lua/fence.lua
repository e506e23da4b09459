-- Writes, for whoever asks whether that is possible.
redis.call('INCR', P .. ':f')
