namespace BatchLLM.Cuda.Model;

/// <summary>What launches of a step differ by, if it can be recorded: steps of one shape are the same launches on other numbers.</summary>
/// <param name="Rows">Rows, with those that fill the step up.</param>
/// <param name="TableStride">Blocks from one slice's table to the next.</param>
/// <param name="Decode">Entries of the decode kernel's list, with those that fill it up.</param>
/// <param name="Prefixes">Entries of the prefix kernel's list, with those that fill it up.</param>
internal readonly record struct StepShape(int Rows, int TableStride, int Decode, int Prefixes);
