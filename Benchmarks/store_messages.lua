-- Stores messages of ten thousand names, one after the other.
local threads = 0

function setup(thread)
   thread:set("number", threads)
   threads = threads + 1
end

function init(arguments)
   count = number
   wrk.method = "POST"
   wrk.headers["Content-Type"] = "application/json"
end

function request()
   count = count + 2
   return wrk.format(nil, nil, nil, '{"message":"I am at lunch now.","name":"name ' .. count % 10000 .. '"}')
end
