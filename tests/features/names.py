"""Jobs of each shape in which a name occurs, its places marked `«` and `»`."""

COMMAND = """
    command: >-
      python train.py --data ${{inputs.«data»}} --again ${{ inputs.«data» }} --other ${{inputs.data_2}}
    environment: azureml:e:1
    compute: azureml:cpu
    inputs:
      «data»:
        type: uri_file
        path: data.csv
      data_2: 3
"""
PREVIEW = """
    type: sweep_job
    algorithm: random
    trial:
      command: "python a.py {inputs.data} {search_space.«lr»}"
      inputs:
        data:
          data: azureml:d:1
    search_space:
      «lr»:
        type: uniform
        min_value: 0
        max_value: 1
    description: not a placeholder of the preview, {search_space.lr}
"""
SWEEP = """
    type: sweep
    trial:
      command: echo ${{search_space.«lr»}} ${{inputs.lr}}
      environment: azureml:e:1
    inputs: {lr: 1}
    search_space:
      '«lr»': {type: choice, values: [1, 2]}
"""
STEP = """
    type: pipeline
    jobs:
      «prep»:
        type: command
        command: prepare ${{outputs.data}}
        outputs: {data: {type: uri_folder}}
      train:
        type: command
        command: train ${{inputs.prep}}
        inputs:
          prep: ${{parent.jobs.«prep».outputs.data}}
"""
STEP_OUTPUT = STEP.replace("«", "").replace("»", "").replace("data", "«data»")
PIPELINE_INPUT = """
    type: pipeline
    inputs:
      «rows»: 3
    jobs:
      a:
        type: command
        command: echo ${{inputs.rows}}
        inputs: {rows: "${{parent.inputs.«rows»}}"}
      b:
        type: command
        command: echo ${{inputs.rows}}
        inputs:
          rows: ${{parent.inputs.«rows»}}
"""
INLINE_COMPONENT = """
    type: pipeline
    jobs:
      a:
        type: command
        inputs:
          «rows»: 3
        component:
          command: echo ${{inputs.«rows»}}
          inputs:
            «rows»: {type: integer}
      b:
        type: command
        command: echo ${{inputs.rows}}
        inputs: {rows: 4}
"""
ANCHORED = """
    type: pipeline
    jobs:
      a:
        type: command
        command: &run echo ${{inputs.«rows»}}
        inputs: {«rows»: 3}
      b:
        type: command
        command: *run
        inputs: {«rows»: 4}
      c:
        type: command
        command: echo ${{inputs.rows}}
        inputs: {rows: 5}
"""
ALL = (COMMAND, PREVIEW, SWEEP, STEP, STEP_OUTPUT, PIPELINE_INPUT, INLINE_COMPONENT, ANCHORED)
