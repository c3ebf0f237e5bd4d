using System.Text;
using BatchLLM.Tokens;
using Xunit;

namespace BatchLLM.Tests.Tokens;

public sealed class CharacterClassesTests
{
    private static readonly int Seed = Random.Shared.Next();

    /// <summary>Letters are passed 16 at once where the text goes on for as long, so runs end at every distance from its end.</summary>
    [Fact]
    public void A_run_ends_at_the_first_character_of_another_class()
    {
        var texts = new RandomText(Seed);
        for (var text = 0; text < 500; text++)
        {
            var utf8 = Encoding.UTF8.GetBytes(texts.Next() + new string('z', text % 40) + texts.Next());
            foreach (var start in Starts(utf8))
            {
                foreach (var kind in Enum.GetValues<CharacterClass>())
                {
                    var found = CharacterClasses.EndOfRun(utf8, start, kind);
                    Assert.True(found == PlainEnd(utf8, start, kind), $"seed {Seed}, text {text}, byte {start}, {kind}: ends at {found}");
                }
            }
        }
    }

    private static IEnumerable<int> Starts(byte[] utf8) => Enumerable.Range(0, utf8.Length).Where(at => (utf8[at] & 0xC0) != 0x80);

    private static int PlainEnd(byte[] utf8, int start, CharacterClass kind)
    {
        while (start < utf8.Length && CharacterClasses.At(utf8, start, out var length) == kind)
        {
            start += length;
        }

        return start;
    }
}
