-- What the server says of itself, and its clock.
return {stamp(now()), redis.call('INFO')}
