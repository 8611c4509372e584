//! The projects of the target: the one that is checked, and others.

use std::sync::Arc;

use super::CheckContext;
use crate::outcome::{Checked, Stop};
use crate::project::{Kassa24Answers, Project};
use jetpay_platform::Platform;

impl<'t> CheckContext<'t> {
    /// The same with a project that answers Kassa24 so.
    pub(crate) fn answering(&self, answers: Kassa24Answers) -> Checked<Self> {
        let fits = |project: &Project| project.answers == answers;
        self.in_a_project(fits, "needs a project with the other answers to Kassa24")
    }

    /// The same with a project that refuses contracts that it does not know.
    pub(crate) fn strict(&self) -> Checked<Self> {
        self.in_a_project(
            |project| project.strict,
            "needs a project with strict contracts",
        )
    }

    fn in_a_project(&self, fits: impl Fn(&Project) -> bool, why: &'static str) -> Checked<Self> {
        let mut projects = self.target.projects.iter();
        let project = projects.find(|project| project.takes(self.method) && fits(project));
        let project = project.ok_or(Stop::NotRun { why })?;
        let scene = Self::with(self.target, self.method, project, self.transcript.clone());
        Ok(Self {
            unseen: Arc::clone(&self.unseen),
            ..scene
        })
    }

    /// A project that does not take the method.
    pub(crate) fn project_without_the_method(&self) -> Checked<&'t Project> {
        let project = self
            .target
            .projects
            .iter()
            .find(|project| !project.takes(self.method));
        project.ok_or(Stop::NotRun {
            why: "needs a project that does not take the method",
        })
    }

    /// The platform in the name of another project.
    pub(crate) fn another_project(&self) -> Checked<Platform> {
        let project = self
            .target
            .projects
            .iter()
            .find(|project| project.id != self.project.id);
        let project = project.ok_or(Stop::NotRun {
            why: "needs a second project: name it with --other-project and --other-secret-env",
        })?;
        Ok(self
            .platform
            .in_the_name_of(project.id, project.keys[0].clone()))
    }

    /// A number that no project has.
    pub(crate) fn no_project(&self) -> u64 {
        let taken = |number: &u64| {
            let mut projects = self.target.projects.iter();
            projects.any(|project| project.id.number() == *number)
        };
        // One number more than there are projects: one of them is free.
        let some = 987_654..=987_654 + self.target.projects.len() as u64;
        some.into_iter()
            .find(|number| !taken(number))
            .unwrap_or_default()
    }
}
