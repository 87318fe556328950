print("trivetd")
