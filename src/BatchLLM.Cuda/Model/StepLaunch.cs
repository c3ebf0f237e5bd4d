using BatchLLM.Cuda.Kernels;

namespace BatchLLM.Cuda.Model;

/// <summary>What kernels of a step are launched with: addresses that never change, and counts.</summary>
/// <param name="Rows">Rows, with those that fill the step up.</param>
/// <param name="Tokens">Address of the tokens. // int32 [rows]</param>
/// <param name="Attention">Where attention's lists stand.</param>
/// <param name="ChosenRows">Address of the rows whose logits choose a token. // int32 [choices]</param>
/// <param name="ChoiceRows">Address of how these are chosen. // [choices] of <see cref="ChoiceRow"/></param>
/// <param name="Choices">How many they are.</param>
internal sealed record StepLaunch(int Rows, ulong Tokens, AttentionStep Attention, ulong ChosenRows, ulong ChoiceRows, int Choices);
