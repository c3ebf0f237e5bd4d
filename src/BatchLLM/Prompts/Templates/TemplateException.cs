namespace BatchLLM.Prompts.Templates;

/// <summary>
/// A template gave up on one row's messages. Never leaves the namespace: <see cref="ChatTemplate"/> makes a row error
/// of it. Its message holds no text of the messages.
/// </summary>
internal sealed class TemplateException(string message) : Exception(message);
