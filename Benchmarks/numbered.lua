-- Posts JSON bodies that differ by a rising number. Arguments: the first number, the body before and behind the number,
-- and how many numbers there are before they begin anew.
local threads = 0

function setup(thread)
   thread:set("number", threads)
   threads = threads + 1
end

function init(arguments)
   -- Two threads share the numbers out.
   count = tonumber(arguments[1]) + number
   head, tail, numbers = arguments[2], arguments[3], tonumber(arguments[4])
   wrk.method = "POST"
   wrk.headers["Content-Type"] = "application/json"
end

function request()
   count = count + 2
   return wrk.format(nil, nil, nil, head .. string.format("%012d", count % numbers) .. tail)
end
