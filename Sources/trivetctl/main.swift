print("trivetctl")
