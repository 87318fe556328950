-- Pushes storage events, each under a message id of its own. Arguments: the first id, and the Base64 of the event.
local threads = 0

function setup(thread)
   thread:set("number", threads)
   threads = threads + 1
end

function init(arguments)
   -- Ids rise as Pub/Sub's do; two threads share them out.
   id = tonumber(arguments[1]) + number
   head = '{"message":{"attributes":{"eventType":"OBJECT_FINALIZE"},"data":"' .. arguments[2] .. '","messageId":"'
   tail = '"},"subscription":"projects/my-project/subscriptions/push-storage-event"}'
   wrk.method = "POST"
   wrk.headers["Content-Type"] = "application/json"
end

function request()
   id = id + 2
   return wrk.format(nil, nil, nil, head .. string.format("%012d", id) .. tail)
end
