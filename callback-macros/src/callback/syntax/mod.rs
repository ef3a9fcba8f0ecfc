//! The annotated block and its attributes as the user writes them, with their spans, before any rule is applied.

mod alias;
mod argument_name;
mod arguments;
mod block;
mod comma_separated;
mod every;
mod first_stage_input;
mod foreign_setting;
mod function;
mod impl_header;
mod item;
mod list;
mod loop_info;
mod on;
mod second_stage_input;
mod tokens;

pub(crate) use alias::{Alias, is_called};
pub(crate) use argument_name::ArgumentName;
pub(crate) use arguments::{Argument, ArgumentValue, Arguments};
pub(crate) use block::Block;
pub(crate) use every::{
    Clause, ClauseName, ClauseValue, EveryAttribute, NamedClause, named_clauses,
};
pub(crate) use first_stage_input::{AnnotatedItem, FirstStageInput};
pub(crate) use foreign_setting::ForeignSetting;
pub(crate) use function::{Condition, Function};
pub(crate) use impl_header::ImplHeader;
pub(crate) use item::Item;
pub(crate) use list::{List, ListEntry};
pub(crate) use loop_info::{Aliases, BreakpointInfo, LoopInfo};
pub(crate) use on::OnAttribute;
pub(crate) use second_stage_input::SecondStageInput;
