"""vocabulary: the words every service shares and how free words become codes. Pure: hears and says nothing, imports nothing of ours."""
