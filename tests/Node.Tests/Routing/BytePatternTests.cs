using System.Text;
using System.Text.RegularExpressions;
using ActorLog.Node.Routing;
using CsCheck;

namespace ActorLog.Node.Tests.Routing;

public class BytePatternTests
{
    [Theory]
    [InlineData("gunicorn.*", "gunicorn.app.access", true)]
    [InlineData("gunicorn.*", "gunicorn.", true)]
    [InlineData("gunicorn.*", "gunicorn", false)]
    [InlineData("gunicorn.*", "xgunicorn.app", false)]
    [InlineData("gunicorn.*", "Gunicorn.app", false)]
    [InlineData("*", "", true)]
    [InlineData("ä*", "äb", true)]
    [InlineData("a?*", "a", false)]
    [InlineData("a?*", "ab", true)]
    [InlineData("a**", "abc", true)]
    [InlineData("?", "", false)]
    [InlineData("?", "ä", true)]
    [InlineData("??", "ä", false)]
    [InlineData("*.access", "a.access.access", true)]
    [InlineData("a*b*c", "aXbXbYc", true)]
    [InlineData("a*b*c", "aXcXb", false)]
    [InlineData("a[b]", "a[b]", true)]
    [InlineData("/^gunicorn\\./", "gunicorn.app", true)]
    [InlineData("/^gunicorn\\./", "gunicornXapp", false)]
    [InlineData("/corn/", "gunicorn", true)]
    [InlineData("/^.$/", "ä", true)]
    public void A_pattern_matches_as_written(string text, string name, bool expected)
    {
        Assert.True(BytePattern.TryParse(text, out var pattern, out _));
        for (var again = 0; again < 2; again++)
        {
            Assert.Equal(expected, pattern!.Matches(Encoding.UTF8.GetBytes(name)));
        }
    }

    [Theory]
    [InlineData("", "is not a pattern of 1 to 1024 characters (try gunicorn.*)")]
    [InlineData("/x", "is not a regular expression: it begins with '/' and must end with one")]
    [InlineData("//", "is not a regular expression: it begins with '/' and must end with one")]
    public void What_is_no_pattern_is_refused(string text, string error)
    {
        Assert.False(BytePattern.TryParse(text, out _, out var told));
        Assert.Equal(error, told);
    }

    [Fact]
    public void A_back_reference_is_refused_since_it_would_not_run_in_linear_time()
    {
        Assert.False(BytePattern.TryParse("/(a)\\1/", out _, out var error));
        Assert.StartsWith("is not a regular expression: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_glob_is_what_a_regular_expression_would_make_of_it() =>
        Gen.Select(Gen.Char["ab.*?"].Array[1, 8], Gen.Char["ab.ä"].Array[0, 12]).Sample((glob, name) =>
        {
            var pattern = Parse(new string(glob));
            var regex = "^" + Regex.Escape(new string(glob)).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal) + "$";
            return pattern.Matches(Encoding.UTF8.GetBytes(name)) == Regex.IsMatch(new string(name), regex);
        }, iter: 20_000);

    [Fact]
    public void Any_bytes_are_a_name() =>
        Gen.Byte.Array[0, 300].Sample(name =>
        {
            var glob = Parse("*?a?*");
            var regex = Parse("/^.+a$/");
            glob.Matches(name);
            regex.Matches(name);
        }, iter: 2000);

    [Fact]
    public void A_decision_allocates_nothing_whatever_the_names()
    {
        var regex = Parse("/^gunicorn\\.[0-9]+5$|^gunicorn\\.5$/");
        var glob = Parse("gunicorn.*5");
        var names = Enumerable.Range(0, 5000).Select(i => Encoding.UTF8.GetBytes($"gunicorn.{i}")).ToArray();
        Match(names, regex, glob);
        Match(names, regex, glob);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Match(names, regex, glob);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1024);
    }

    private static BytePattern Parse(string text) =>
        BytePattern.TryParse(text, out var pattern, out var error) ? pattern! : throw new ArgumentException(error);

    private static void Match(byte[][] names, params BytePattern[] patterns)
    {
        foreach (var pattern in patterns)
        {
            var matches = 0;
            foreach (var name in names)
            {
                matches += pattern.Matches(name) ? 1 : 0;
            }

            Assert.Equal(500, matches);
        }
    }
}
