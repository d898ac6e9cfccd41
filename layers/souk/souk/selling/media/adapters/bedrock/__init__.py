"""Amazon Bedrock as a provider of pictures (InvokeModel), videos (StartAsyncInvoke) and texts (Converse).

Models are retired within months, so each model id is a setting. The clients are passed in.
"""
