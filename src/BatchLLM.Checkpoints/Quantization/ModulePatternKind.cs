namespace BatchLLM.Checkpoints.Quantization;

/// <summary>Whose rules a list of module patterns follows.</summary>
internal enum ModulePatternKind
{
    /// <summary>A name, a glob over the whole name, or (old exports) a part of the name.</summary>
    ModelOpt,

    /// <summary>A name, or a regular expression after "re:" that must match from the start.</summary>
    CompressedTensors,
}
