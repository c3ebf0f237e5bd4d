using System.Text.Json;

namespace BatchLLM.Host.Texts;

/// <summary>Turns one line of input into one of output.</summary>
/// <param name="input">The line's one value.</param>
/// <param name="output">Takes the one value of the line that answers; nothing if there is a problem.</param>
/// <returns>What was found and expected; null if the line was good. Never the line's text.</returns>
internal delegate string? LineConversion(JsonElement input, Utf8JsonWriter output);
