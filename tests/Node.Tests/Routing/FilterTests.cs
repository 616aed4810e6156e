using ActorLog.Node.Routing;
using ActorLog.Node.Tests.Settings;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Syslog;
using CsCheck;

namespace ActorLog.Node.Tests.Routing;

public class FilterTests
{
    private static readonly Sample Access = new("gunicorn.shop.access", "web1", Facility.User, Severity.Info, Channel.Access);
    private static readonly Sample Error = new("gunicorn.shop.error", "web2", Facility.User, Severity.Error, Channel.Error);
    private static readonly Sample Cron = new("CRON", "db1", Facility.Cron, Severity.Warning);
    private static readonly Sample Kernel = new("kernel", "db1", Facility.Kern, Severity.Emergency);

    [Theory]
    [InlineData("program = \"gunicorn.*\"", "AE..")]
    [InlineData("program = \"/^(CRON|kernel)$/\"", "..CK")]
    [InlineData("program = [\"*.access\", CRON]", "A.C.")]
    [InlineData("host = \"web?\"", "AE..")]
    [InlineData("facility = [cron, kern]", "..CK")]
    [InlineData("facility = cron", "..C.")]
    [InlineData("severity = \"warning..emergency\"", ".ECK")]
    [InlineData("severity = \"emergency..warning\"", ".ECK")]
    [InlineData("severity = \"error..\"", ".E.K")]
    [InlineData("severity = \"..warning\"", "A.C.")]
    [InlineData("severity = [info, emerg]", "A..K")]
    [InlineData("severity = err", ".E..")]
    [InlineData("channel = [access, error]", "AE..")]
    [InlineData("channel = other", "..CK")]
    [InlineData("program = \"gunicorn.*\", severity = error", ".E..")]
    [InlineData("not { program = \"gunicorn.*\" }", "..CK")]
    [InlineData("not { program = \"gunicorn.*\", severity = error }", "A.CK")]
    [InlineData("or = [ { severity = \"error..\" }, { not { channel = other } } ]", "AE.K")]
    [InlineData("and = [ { host = \"*1\" }, { not { facility = kern } } ]", "A.C.")]
    [InlineData("or = [\n { and = [ { host = web1 }, { channel = access } ] }\n { facility = kern }\n]", "A..K")]
    public void A_filter_takes_what_it_says(string hocon, string taken)
    {
        using var batch = Batches.Of(Access, Error, Cron, Kernel);
        Assert.Equal(taken, Taken(Parse(hocon), batch, "AECK"));
    }

    [Fact]
    public void A_filter_agrees_with_a_naive_evaluator() =>
        Gen.Select(Tree(3), GenSample.Array[1, 30]).Sample((tree, samples) =>
        {
            using var batch = Batches.Of(samples);
            var expected = new string([.. samples.Select(sample => tree.Takes(sample) ? 'x' : '.')]);
            return Taken(Parse(tree.Hocon), batch, new string('x', samples.Length)) == expected;
        }, iter: 200);

    private static readonly Gen<Sample> GenSample = Gen.Select(
        Gen.OneOf("gunicorn.a.access", "gunicorn.b.app", "CRON", ""),
        Gen.OneOf("web1", "web2", "db1"),
        Gen.Enum<Facility>(),
        Gen.Enum<Severity>(),
        Gen.Enum<Channel>(),
        static (program, host, facility, severity, channel) => new Sample(program, host, facility, severity, channel));

    private static readonly Gen<Node> Leaf = Gen.OneOf(
        Gen.OneOf("gunicorn", "CRON").Select(static prefix => new Node(
            $"program = \"{prefix}*\"", sample => sample.Program.StartsWith(prefix, StringComparison.Ordinal))),
        Gen.OneOf("web1", "db1").Select(static host => new Node($"host = {host}", sample => sample.Host == host)),
        Gen.Enum<Facility>().Select(static facility => new Node(
            $"facility = [{facility.ToString().ToLowerInvariant()}]", sample => sample.Facility == facility)),
        Gen.Select(Gen.Enum<Severity>(), Gen.Enum<Severity>()).Select(static (one, other) => new Node(
            $"severity = \"{one.ToString().ToLowerInvariant()}..{other.ToString().ToLowerInvariant()}\"",
            sample => sample.Severity >= (Severity)Math.Min((int)one, (int)other) && sample.Severity <= (Severity)Math.Max((int)one, (int)other))),
        Gen.Enum<Channel>().Select(static channel => new Node(
            $"channel = {channel.ToString().ToLowerInvariant()}", sample => sample.Channel == channel)));

    private static Gen<Node> Tree(int depth) => depth == 0 ? Leaf : Gen.OneOf(
        Leaf,
        Tree(depth - 1).Select(static part => new Node($"not {{ {part.Hocon} }}", sample => !part.Takes(sample))),
        Tree(depth - 1).Array[1, 3].Select(static parts => new Node(
            $"and = [ {string.Join(", ", parts.Select(part => $"{{ {part.Hocon} }}"))} ]", sample => parts.All(part => part.Takes(sample)))),
        Tree(depth - 1).Array[1, 3].Select(static parts => new Node(
            $"or = [ {string.Join(", ", parts.Select(part => $"{{ {part.Hocon} }}"))} ]", sample => parts.Any(part => part.Takes(sample)))));

    private static Filter Parse(string hocon)
    {
        using var folder = new TemporaryFolder();
        var reading = folder.Read($"actorlog.filters.f {{ {hocon} }}\nactorlog.routes.r {{ filter = f, sinks = [aggregator] }}");
        Assert.Empty(reading.Faults);
        return reading.Settings!.Routes[0].Filter!;
    }

    private static string Taken(Filter filter, RecordBatch batch, string letters)
    {
        var taken = new List<char>();
        foreach (var record in batch)
        {
            taken.Add(filter.Takes(record) ? letters[taken.Count] : '.');
        }

        return new string([.. taken]);
    }

    private sealed record Node(string Hocon, Func<Sample, bool> Takes);
}
