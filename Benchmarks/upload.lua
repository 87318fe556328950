-- Uploads objects of so many bytes, each under a number of its own in one of a thousand folders. Arguments: the first
-- number, and the bytes of each.
local threads = 0

function setup(thread)
   thread:set("number", threads)
   threads = threads + 1
end

function init(arguments)
   -- Two threads share the numbers out.
   count = tonumber(arguments[1]) + number
   body = string.rep("x", tonumber(arguments[2]))
end

function request()
   count = count + 2
   local name = string.format("&name=%03d%%2F%012d", count % 1000, count)
   return wrk.format("POST", wrk.path .. name, nil, body)
end
