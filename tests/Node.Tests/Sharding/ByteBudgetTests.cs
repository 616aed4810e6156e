using ActorLog.Node.Sharding;

namespace ActorLog.Node.Tests.Sharding;

public sealed class ByteBudgetTests
{
    [Fact]
    public void Who_holds_nothing_has_room_and_who_holds_something_only_while_all_together_hold_less()
    {
        var budget = new ByteBudget(100);
        using var one = budget.Open();
        using var other = budget.Open();
        one.Set(99);
        Assert.True(one.HasRoom);
        one.Set(150);
        Assert.False(one.HasRoom);
        Assert.True(other.HasRoom);
        other.Set(1);
        Assert.False(other.HasRoom);
        Assert.Equal(151, budget.Bytes);
        one.Dispose();
        Assert.True(other.HasRoom);
        Assert.Equal(1, budget.Bytes);
    }
}
