#!/usr/bin/env bash
# A template whose architecture is a parameter can be built for another one: sam build --parameter-overrides. The built
# template keeps the parameter's default, so a later `sam local invoke` of that build asks for an image of the other
# architecture, in which packages with compiled parts cannot be imported. Give the override to both commands.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3.13}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check aws-sam-cli==1.170.0
mkdir "$folder/source"
echo 'def handler(event, context): return "ok"' > "$folder/source/main.py"
touch "$folder/source/requirements.txt"
cat > "$folder/template.yaml" <<'TEMPLATE'
Transform: AWS::Serverless-2016-10-31
Parameters:
  Architecture: {Type: String, Default: arm64}
Resources:
  HelloFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: source
      Handler: main.handler
      Runtime: python3.13
      Architectures: [!Ref Architecture]
TEMPLATE
cd "$folder"
export SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1 PATH="$folder/venv/bin:$PATH"
sam build --parameter-overrides Architecture=x86_64 > build.log 2>&1 || { cat build.log; exit 1; }
sam --version
seen=$(python -c "
import re
print(re.search(r'Default: (\w+)', open('.aws-sam/build/template.yaml').read())[1])")
echo "built for x86_64; the built template's default architecture: $seen"
test "$seen" = arm64
