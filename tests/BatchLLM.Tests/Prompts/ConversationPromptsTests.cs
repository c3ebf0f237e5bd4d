using BatchLLM.Inference;
using BatchLLM.Prompts;
using BatchLLM.Rows;
using BatchLLM.Tests.Jobs;
using Xunit;

namespace BatchLLM.Tests.Prompts;

public sealed class ConversationPromptsTests
{
    private const string Chat =
        """[{"role":"system","content":"Be brief."},{"role":"user","content":[{"type":"text","text":"Hi {{b}}"}]}]""";

    private static readonly ConversationPrompts Prompts = new(JobSchema.Parse(
        JobSchema.Minimal(",\"sampling\":{\"max_tokens\":9,\"columns\":{\"max_tokens\":\"limit\"}}"),
        "prompt={\"messages_column\":\"chat\"}").Require());

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_column_is_the_conversation_as_json_or_as_text(bool isJson)
    {
        var prompt = Prompts.Build(Rows.Of(("chat", isJson ? RowValue.FromJson(Chat) : RowValue.FromText(Chat))));

        Assert.Null(prompt.Error);
        Assert.True(prompt.Draft!.IsChat);
        Assert.Equal(
            [new ChatMessage("system", "Be brief."), new ChatMessage("user", "Hi {{b}}")],
            prompt.Draft.Messages.Select(message => message.ToMessage()));
        Assert.All(prompt.Draft.Parts, part => Assert.True(part.IsData));
        Assert.Equivalent(new SamplingParameters { MaxTokens = 9 }, prompt.Sampling);
    }

    [Theory]
    [InlineData("{\"role\":\"assistant\",\"content\":null,\"tool_calls\":null}")]
    [InlineData("{\"role\":\"assistant\"}")]
    public void An_assistant_that_said_nothing_is_empty_text(string message)
    {
        var chat = $"[{message},{{\"role\":\"user\",\"content\":\"Go on\",\"name\":null}}]";

        var prompt = Prompts.Build(Rows.Of(("chat", RowValue.FromJson(chat))));

        Assert.Equal(
            [new ChatMessage("assistant", ""), new ChatMessage("user", "Go on")],
            prompt.Draft!.Messages.Select(said => said.ToMessage()));
    }

    [Fact]
    public void Columns_override_the_sampling()
    {
        var row = Rows.Of(("chat", RowValue.FromJson(Chat)), ("limit", RowValue.FromInteger(3)));

        Assert.Equal(3, Prompts.Build(row).Sampling!.MaxTokens);
        Assert.Equal(["chat", "limit"], Prompts.Columns);
    }

    [Fact]
    public void A_bad_override_fails_the_row()
    {
        var row = Rows.Of(("chat", RowValue.FromJson(Chat)), ("limit", RowValue.FromInteger(0)));

        Assert.Equal(RowErrorCodes.InvalidParameter, Prompts.Build(row).Error?.Code);
    }

    [Theory]
    [InlineData("", RowErrorCodes.EmptyPrompt, "column 'chat' is empty; expected messages")]
    [InlineData("[{\"role\":\"user\",\"content\":\" \"}]", RowErrorCodes.EmptyPrompt, "every message of column 'chat' is empty; expected text")]
    [InlineData("[]", RowErrorCodes.InvalidRequest, "column chat is missing or empty; expected an array of messages")]
    [InlineData("{}", RowErrorCodes.InvalidRequest, "column chat is missing or empty; expected an array of messages")]
    [InlineData("[{\"role\":\"user\"}]", RowErrorCodes.InvalidRequest, "column chat[0] is not a role and a text content")]
    [InlineData("[{\"role\":\"user\",\"content\":null}]", RowErrorCodes.InvalidRequest, "column chat[0] is not a role and a text content")]
    [InlineData("[3]", RowErrorCodes.InvalidRequest, "column chat[0] is not a role and a text content")]
    [InlineData("[{", RowErrorCodes.InvalidRequest, "column chat is text that is not valid JSON; expected an array of messages")]
    [InlineData("[{\"role\":\"user\",\"content\":\"\\ud800\"}]", RowErrorCodes.InvalidRequest, "column chat escapes half of a surrogate pair; expected both halves or neither")]
    public void A_column_that_holds_no_conversation_fails_the_row(string text, string code, string message) =>
        Assert.Equal(new RowError(code, message), Prompts.Build(Rows.OfText(("chat", text))).Error);

    [Fact]
    public void Other_kinds_of_value_fail_the_row()
    {
        Assert.Equal(RowErrorCodes.MissingColumn, Prompts.Build(Rows.Of()).Error?.Code);
        Assert.Equal(RowErrorCodes.EmptyPrompt, Prompts.Build(Rows.Of(("chat", RowValue.Null))).Error?.Code);
        Assert.Equal(
            new RowError(RowErrorCodes.InvalidRequest, "column chat is of type integer; expected an array of messages"),
            Prompts.Build(Rows.Of(("chat", RowValue.FromInteger(1)))).Error);
    }
}
