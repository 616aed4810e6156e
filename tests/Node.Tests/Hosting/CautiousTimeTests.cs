using ActorLog.Node.Hosting;
using ActorLog.Testing;

namespace ActorLog.Node.Tests.Hosting;

public class CautiousTimeTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);
    private readonly ManualTime _wall = new(Start);
    private readonly List<TimeSpan> _leaps = [];
    private readonly CautiousTime _ages;

    public CautiousTimeTests() => _ages = new CautiousTime(_wall, _leaps.Add);

    [Fact]
    public void It_goes_with_the_wall_clock()
    {
        _wall.Advance(TimeSpan.FromDays(3));
        Assert.Equal(_wall.GetUtcNow(), _ages.GetUtcNow());
        // As a time service corrects it.
        _wall.Set(_wall.GetUtcNow() + TimeSpan.FromSeconds(20));
        Assert.Equal(_wall.GetUtcNow(), _ages.GetUtcNow());
        Assert.Empty(_leaps);
    }

    [Fact]
    public void A_clock_that_leapt_forty_days_ahead_made_everything_old_at_once()
    {
        _wall.Set(Start + TimeSpan.FromDays(40));
        Assert.Equal(Start, _ages.GetUtcNow());
        _wall.Advance(TimeSpan.FromHours(23));
        Assert.Equal(Start + TimeSpan.FromHours(23), _ages.GetUtcNow());
        Assert.Equal([TimeSpan.FromDays(40)], _leaps);

        _wall.Set(Start + TimeSpan.FromHours(23));
        _wall.Advance(TimeSpan.FromDays(2));
        Assert.Equal(_wall.GetUtcNow(), _ages.GetUtcNow());
    }

    [Fact]
    public void What_the_clock_has_said_for_a_day_is_believed()
    {
        _wall.Set(Start + TimeSpan.FromDays(40));
        Assert.Equal(Start, _ages.GetUtcNow());
        _wall.Advance(TimeSpan.FromDays(1));
        Assert.Equal(_wall.GetUtcNow(), _ages.GetUtcNow());
        Assert.Single(_leaps);
    }

    [Fact]
    public void Another_leap_is_doubted_anew()
    {
        _wall.Set(Start + TimeSpan.FromDays(40));
        Assert.Equal(Start, _ages.GetUtcNow());
        _wall.Advance(TimeSpan.FromHours(20));
        _wall.Set(Start + TimeSpan.FromDays(90));
        Assert.Equal(Start + TimeSpan.FromHours(20), _ages.GetUtcNow());
        _wall.Advance(TimeSpan.FromHours(20));
        Assert.Equal(Start + TimeSpan.FromHours(40), _ages.GetUtcNow());
        Assert.Equal(2, _leaps.Count);
    }

    [Fact]
    public void A_clock_that_went_back_is_followed_at_once()
    {
        _wall.Advance(TimeSpan.FromDays(1));
        _wall.Set(Start);
        Assert.Equal(Start, _ages.GetUtcNow());
        Assert.Empty(_leaps);
    }
}
