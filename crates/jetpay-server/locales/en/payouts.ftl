# payouts
