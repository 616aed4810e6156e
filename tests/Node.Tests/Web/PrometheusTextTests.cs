using System.Diagnostics.Metrics;
using ActorLog.Node.Web;

namespace ActorLog.Node.Tests.Web;

public sealed class PrometheusTextTests
{
    [Fact]
    public void Labels_are_escaped_and_doubles_keep_their_digits()
    {
        using var meter = new Meter("test");
        meter.CreateObservableGauge(
            "a", () => new Measurement<double>(0.1, new("l", "q\"b\\n\nx"), new KeyValuePair<string, object?>("m", 2)), description: "Help.");
        using var text = new PrometheusText(meter);
        Assert.Equal("# HELP a Help.\n# TYPE a gauge\na{l=\"q\\\"b\\\\n\\nx\",m=\"2\"} 0.1\n", text.Read());
    }

    [Fact]
    public void Another_meter_of_the_same_name_stays_out()
    {
        using var mine = new Meter("test");
        using var other = new Meter("test");
        mine.CreateObservableCounter("mine", static () => 1L);
        other.CreateObservableCounter("other", static () => 2L);
        using var text = new PrometheusText(mine);
        Assert.Equal("# HELP mine_total \n# TYPE mine_total counter\nmine_total 1\n", text.Read());
    }
}
