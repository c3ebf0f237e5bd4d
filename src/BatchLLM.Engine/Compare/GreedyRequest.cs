using BatchLLM.Inference;

namespace BatchLLM.Engine.Compare;

/// <summary>
/// A request as the comparison runs it: temperature 0 and nothing else that changes logits or ends a text early, so that
/// the models alone decide.
/// </summary>
internal static class GreedyRequest
{
    public static InferenceRequest Of(InferenceRequest request) => request with
    {
        Sampling = new SamplingParameters { MaxTokens = request.Sampling.MaxTokens },
    };
}
