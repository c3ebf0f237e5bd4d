namespace BatchLLM.Cuda.Compilation;

/// <summary>Results of the run-time compiler that are told apart (NVRTC, nvrtcResult).</summary>
internal enum CompilerResult
{
    /// <summary>All went well.</summary>
    Success = 0,

    /// <summary>It does not know an option, such as an architecture that is newer than it is.</summary>
    InvalidOption = 5,

    /// <summary>The source has errors; the log tells.</summary>
    Compilation = 6,
}
