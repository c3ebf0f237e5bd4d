namespace BatchLLM.Host.Service.OpenAi;

/// <summary>A model (OpenAI API reference, "The model object").</summary>
/// <param name="Id">Its name.</param>
/// <param name="Object">model.</param>
/// <param name="Created">When its directory was changed last, Unix seconds.</param>
/// <param name="OwnedBy">batchllm.</param>
internal sealed record ModelView(string Id, string Object, long Created, string OwnedBy);
