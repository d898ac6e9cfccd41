"""Amazon Bedrock as a provider of pictures (InvokeModel), videos (StartAsyncInvoke) and texts (Converse).

Model ids end within months, so every one of them is a setting. Clients of boto3 are handed in.
"""
