-- What wrk sends: the same POST as all the others.
wrk.method = "POST"
wrk.body = '{"Export Request Id":1767551400,"Partner":"Amazon S3","Type":"Events","Status":"Completed","Frequency":"Every 4 Hours","Date and Time":"05/01/2026 12:09:20 AM"}'
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer opensesame-opensesame"
