namespace BatchLLM.Jobs.Json;

/// <summary>One key of an object and its value.</summary>
internal sealed record JsonMember(string Name, JsonPlace Place, JsonTree Value);
