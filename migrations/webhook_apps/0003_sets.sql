-- Lists without an order are said to be such.

comment on column event_types.feature_flags is 'Feature flags that it is shown with, in no order.';
comment on column integrations.feature_flags is 'Feature flags that it has, in no order.';
comment on column tokens.scopes is 'What the token allows, in no order.';
